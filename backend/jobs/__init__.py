"""Does the work that outlives a browser: `python -m backend.jobs`, a client like the app.

One worker takes what waits and watches endpoints in between. It acts as the app's own service
principal, so it may do no more than that was lent (`backend/long_work/app_rights.py`).
"""
