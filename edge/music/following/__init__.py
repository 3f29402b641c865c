"""Music that follows people from one device's room to another's."""
