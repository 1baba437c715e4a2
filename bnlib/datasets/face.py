"""How the face of a cat or a dog is drawn from its traits: soft-edged shapes, laid on each other.

Only + - * / and square roots, no sine or exponential: so every machine draws the same bits.
"""

import numpy as np

SIDE = 32
# Each animal has these, uniform between two ends; lengths are in half faces where no other unit is given.
TRAITS = {
    "species": (-1, 1),  # dog below 0, cat above
    "size": (9.2, 11.2),  # pixels to the unit
    "column": (14.3, 17.7),  # of the face's centre, in pixels
    "row": (16.2, 18.8),
    "tilt": (-0.11, 0.11),  # tangent of half the angle
    "turn": (-0.16, 0.16),  # how far the animal looks to one side
    "width": (0.92, 1.05),
    "height": (0.92, 1.05),
    "ear": (0.85, 1.15),
    "spread": (-0.08, 0.08),  # of ears and eyes
    "eye": (0.88, 1.12),
    "pupil": (0.7, 1.3),
    "iris": (0, 1),  # its colour
    "marking": (-0.9, 0.9),  # opacity of a cat's stripes or a dog's eye patch; none below 0
    "tongue": (-0.4, 0.4),  # of a dog; in the mouth below 0
    "light_x": (-0.10, 0.10),  # shading of the fur
    "light_y": (-0.12, -0.02),
    "light_xy": (-0.08, 0.08),
    "jitter": (-0.05, 0.05),  # of the background
}


class Face:
    """n faces on a canvas (fur, ground, red, green, blue) of 32 by 32 pixels, so (5, n, 32, 32).

    traits: a namespace of (n, 1, 1) arrays; x, y: where each pixel lies, from the face's centre, in half faces, y down;
    front: x from the nose, which is not at the centre when the animal looks to one side.
    """

    def __init__(self, traits):
        self.traits = t = traits
        row, column = np.indices((SIDE, SIDE), np.float32)
        x, y = (column - t.column) / t.size, (row - t.row) / t.size
        cosine, sine = (1 - t.tilt**2) / (1 + t.tilt**2), 2 * t.tilt / (1 + t.tilt**2)
        self.x, self.y = cosine * x + sine * y, cosine * y - sine * x
        self.front = self.x - t.turn
        self.canvas = np.zeros((5, *self.x.shape), np.float32)
        self.canvas[1] = 1

    def lay(self, distance, fur=0, ink=(0, 0, 0), opacity=1, edge=1):
        """Lay a shape on top. distance: from its outline, negative inside; edge: its softness, in pixels."""
        cover = np.clip(0.5 - distance * (self.traits.size / edge), 0, 1) * opacity
        for channel, value in zip(self.canvas, (fur, 0, *ink), strict=True):
            channel += cover * (value - channel)

    def eyes(self, across, down, iris, iris_size, pupil_size, lean=0):
        eyes = np.abs(self.front)
        self.lay(ellipse(eyes, self.y, across, down, *iris_size, lean), ink=iris)
        self.lay(ellipse(eyes, self.y, across, down, *pupil_size), ink=(0.03, 0.03, 0.04))
        for eye in -across, across:
            self.lay(ellipse(self.front, self.y, eye + 0.06, down - 0.07, 0.05, 0.05), ink=(1, 1, 1))

    def mouth(self, down, size):
        smile = np.abs(ellipse(np.abs(self.front), self.y, size, down, size, size)) - 0.02
        self.lay(np.maximum(smile, down - self.y), ink=(0.1, 0.07, 0.07), opacity=0.6)

    def light(self):
        t, x, y = self.traits, self.x, self.y
        self.canvas[2:] += self.canvas[0] * 0.04 * np.maximum(1 - (x + 0.2) ** 2 - (y + 0.5) ** 2, 0)
        self.canvas[0] *= 1.02 + t.light_x * x + t.light_y * y + t.light_xy * (x * x - y * y)


def draw_dog(face, t, x, y, front):
    ears, across, long = np.abs(x), 0.36 + t.spread / 2, 0.7 * t.ear
    face.lay(ellipse(x, y, 0, -0.1, 0.82 * t.width * (1 - 0.1 * y), 0.9 * t.height), fur=1, edge=1.3)
    face.lay(ellipse(ears, y, 0.80 + t.spread, long - 0.70, 0.27, long, 0.22), fur=0.7, edge=1.3)
    face.lay(ellipse(ears, y, 0.89 + t.spread, long - 0.73, 0.27, long, 0.22), fur=0.96, edge=1.3)
    face.lay(ellipse(front, y, across, -0.22, 0.28, 0.3), fur=0.65, opacity=np.maximum(t.marking, 0))
    face.lay(ellipse(front, y, 0, 0.62 + np.maximum(t.tongue, 0), 0.15, 0.17), ink=(0.92, 0.45, 0.5))
    face.lay(ellipse(front, y, 0, 0.44, 0.5, 0.4), fur=0.9, ink=(0.1, 0.1, 0.1), edge=1.3)
    face.mouth(0.42, 0.17)
    iris = 0.35 + 0.35 * t.iris, 0.2 + 0.22 * t.iris, 0.08 + 0.06 * t.iris
    face.eyes(across, -0.22, iris, (0.16 * t.eye, 0.17 * t.eye), (0.1 * t.pupil, 0.1 * t.pupil))
    face.lay(ellipse(front, y, 0, 0.25, 0.21, 0.15), ink=(0.05, 0.05, 0.06))
    face.lay(ellipse(front, y, 0.04, 0.19, 0.08, 0.04), ink=(0.5, 0.5, 0.52))
    face.light()


def draw_cat(face, t, x, y, front):
    ears, across = np.abs(x), 0.42 + t.spread / 2
    tip, top = 0.72 + t.spread, -0.45 - 0.8 * t.ear
    face.lay(triangle(ears, y, (0.06, -0.5), (tip, top), (0.96, -0.08)), fur=1, edge=1.3)
    face.lay(triangle(ears, y, (0.34, -0.6), (tip, top + 0.28), (0.84, -0.4)), 0.7, (0.16, 0.09, 0.09), edge=1.3)
    face.lay(ellipse(x, y, 0, 0.08, t.width * (1 + 0.1 * y), 0.82 * t.height), fur=1, edge=1.3)
    for stripe in -0.22, 0, 0.22:
        face.lay(ellipse(front, y, stripe, -0.55, 0.07, 0.2), fur=0.65, opacity=np.maximum(t.marking, 0))
    face.lay(ellipse(np.abs(front), y, 0.17, 0.5, 0.27, 0.22), fur=0.88, ink=(0.1, 0.1, 0.1), edge=1.3)
    face.mouth(0.44, 0.16)
    iris = 0.95 - 0.5 * t.iris, 0.72 + 0.12 * t.iris, 0.2 + 0.2 * t.iris
    face.eyes(across, -0.06, iris, (0.25 * t.eye, 0.2 * t.eye), (0.085 * t.pupil, 0.19 * t.eye), lean=0.25)
    face.lay(triangle(np.abs(front), y, (-0.2, 0.22), (0.15, 0.22), (0, 0.4)), ink=(0.87, 0.5, 0.52))
    face.light()


def ellipse(x, y, across, down, half_width, half_height, lean=0):
    """Roughly the distance of (x, y) from the edge, negative inside. The centre is at (across, down)."""
    x, y = x - across, y - down
    x, y = (x + lean * y) / half_width, (y - lean * x) / half_height
    return (np.sqrt(x * x + y * y) - 1) * np.sqrt(half_width * half_height)


def triangle(x, y, *corners):
    """Distance of (x, y) from the edge, negative inside. Corners: clockwise as seen, with y down."""
    distance = np.float32(-np.inf)
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        length = np.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
        distance = np.maximum(distance, ((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length)
    return distance
