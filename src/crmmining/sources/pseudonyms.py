"""Which key a study's names and ids are hidden under: the one it is told, says, or was loaded under."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crmmining.errors import InvalidOptionError
from crmmining.sources.expressions import Expression
from crmmining.study.engine_spec import SparkSpec
from crmmining.study.privacy import SecretKey, make_key
from crmmining.study.study_file import StudyFile


@dataclass(frozen=True)
class Hiding:
    """Puts pseudonyms in the place of texts, where there is a secret."""

    secret: SecretKey | None

    def of(self, said: Expression) -> Expression:
        """The pseudonym of a text; NULL stays NULL."""
        if self.secret is None:
            return said
        sql, values = self.secret.sql(said.sql)
        return Expression(sql, (*values, *said.values))

    def value(self, sql: str) -> str:
        """A value that was refused: not kept where texts are hidden, as nobody knows what stands in it."""
        return sql if self.secret is None else "'(not kept)'"


def with_pseudonyms(study: StudyFile, told: Path | None, remembered: str | None) -> StudyFile:
    """The study under its key: `told` for this load and those to come, declared, or remembered.

    A key that is nowhere yet is made.

    Raises:
        SourceError: the key cannot be read, or not be written.
        InvalidOptionError: `told` on Spark, where the study file must say it.
    """
    if told and isinstance(study.engine, SparkSpec):
        raise InvalidOptionError("on Spark the study file says it: privacy: {pseudonymise: FILE}")
    declared = study.privacy.pseudonymise
    if told:
        path = told.absolute()
    elif declared:
        path = study.folder / declared
    elif remembered:
        path = Path(remembered)
    else:
        return study
    if not path.exists() and str(path) != remembered:
        make_key(path)
    said = study.privacy.model_copy(update={"pseudonymise": str(path.absolute())})
    return study.model_copy(update={"privacy": said})
