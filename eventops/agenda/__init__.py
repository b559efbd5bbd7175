"""The event's agenda: edited on the desk, published as releases, read by everybody as far as each may."""
