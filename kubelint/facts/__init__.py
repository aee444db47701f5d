"""Facts about the world around a manifest: tables, and what reads them. Each module is one subject."""
