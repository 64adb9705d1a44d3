"""Adapters to site generators; nothing else imports one."""
