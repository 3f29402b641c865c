"""The device on MQTT: connection, topics and Home Assistant discovery."""
