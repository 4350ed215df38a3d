"""Caption of a picture: the finding as its title, and how to read it."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Caption:
    """The words around a picture; what is left empty the picture says from its own data.

    `title` is the finding as one sentence, `subtitle` says what is shown and of how many cases,
    `how_to_read` is the footnote. `nothing` is the reason shown where there is no data.
    """

    title: str = ""
    subtitle: str = ""
    how_to_read: str = ""
    nothing: str = "no case has the data this picture needs"

    def filled(self, title: str, how_to_read: str = "", subtitle: str = "") -> Caption:
        """The same, with the picture's own words where nothing was said."""
        return replace(
            self,
            title=self.title or title,
            subtitle=self.subtitle or subtitle,
            how_to_read=self.how_to_read or how_to_read,
        )


FROM_DATA = Caption()
