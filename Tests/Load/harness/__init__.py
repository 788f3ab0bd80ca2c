"""What the load tests share: processes, a client, a scripted origin, policies and measures."""
