"""One module a slide, with a value named `SLIDE`. Drop a module in and it can be chosen on the settings page."""
