"""The Celery project itself: its apps, its log, its trail; no team owns it."""
