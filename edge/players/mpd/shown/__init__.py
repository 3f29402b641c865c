"""What a person is shown of MPD's music beside its name: what comes next, and its cover."""
