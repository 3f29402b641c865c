"""What makes the demo clip: averaged faces, a drawn room, a drawn person. Nothing in here is needed on the device."""
