"""Programs that are handed out: each a single file that needs neither this server nor its libraries."""
