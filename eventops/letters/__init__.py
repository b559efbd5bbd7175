"""The outbox: letters are queued as rows, rendered when due, and handed to the mail server at least once."""
