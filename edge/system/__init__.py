"""The machine under the device: files, database, secrets, logs, threads, signals, systemd."""
