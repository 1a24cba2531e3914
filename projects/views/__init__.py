"""The pages: who asks, which rows, which template. Rules stand on the models, figures in projects/progress."""
