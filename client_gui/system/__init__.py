"""What the operating system keeps, shows and knows for us: files, keyring, notifications."""
