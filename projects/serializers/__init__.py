"""Shapes of the API, in and out, by subject; rules stand on the models."""
