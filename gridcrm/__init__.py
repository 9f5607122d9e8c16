"""GridCRM: a community grid CRM and event manager for bank branches."""

__version__ = "0.1.0"
