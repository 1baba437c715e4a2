"""One thread for the cells of a notebook and for what its page sends."""


def keep_on_one_thread(widget):
    """Let the page's messages come on the thread of the cells, where the training runs.

    ipykernel may hand the messages of a widget to a thread of their own (a subshell), even from one to the next.
    """
    if hasattr(widget.comm, "_reply_subshell_for"):  # ipykernel 7.4
        widget.comm._reply_subshell_for = on_main_shell
    for child in getattr(widget, "children", ()):
        keep_on_one_thread(child)


def on_main_shell(data, default):
    return None
