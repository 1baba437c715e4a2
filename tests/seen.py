"""What a reader sees of an explorer: axes by their title, lines by what the legend says of them."""


def axes_titled(explorer, title):
    """The axes whose title begins with these words."""
    axes = [ax for drawing in explorer.drawings.values() for ax in drawing.figure.axes]
    (found,) = [ax for ax in axes if ax.get_title("left").startswith(title)]
    return found


def line_called(ax, label):
    """The line of some axes that is drawn and looks as the entry of this name in their legend."""
    legend = ax.get_legend()
    (entry,) = [h for h, t in zip(legend.legend_handles, legend.get_texts(), strict=True) if t.get_text() == label]
    (found,) = [line for line in ax.lines if look(line) == look(entry) and len(line.get_xdata())]
    return found


def look(line):
    return line.get_color(), line.get_linestyle(), line.get_marker()
