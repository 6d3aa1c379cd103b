"""The site itself: settings, root URLconf, servers' entry points; team-green runs it."""
