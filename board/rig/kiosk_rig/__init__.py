"""kiosk-rig: plays scenario files against a kiosk and looks at it from outside. See board/rig/README.md."""
