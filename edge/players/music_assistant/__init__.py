"""Music Assistant: plays every service on every speaker that the server knows, over its websocket."""
