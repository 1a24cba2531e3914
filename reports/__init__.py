"""Scheduled, numbered and kept reports. Reads `projects`; is read by `tracker`; writes its own tables only."""
