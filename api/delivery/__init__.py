"""Messages out: letters, SMS, web push, webhooks; and the worker that sends them."""
