"""The Spotify Connect speaker that go-librespot makes of this machine, by its local API."""
