"""The pages of reports: the register, orders, schedules and mails. Rules stand on the models and in the engine."""
