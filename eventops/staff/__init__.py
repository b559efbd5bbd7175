"""Those who work on events: accounts, roles, sign-in, device tokens, the audit trail."""
