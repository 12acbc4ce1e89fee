"""The settings of webhooks. Each is a variable `DAYBOOK_WEBHOOK_<NAME>`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.reaching.bounds import Network, Networks, Ports, is_among, networks_of
from services.webhooks.verdicts import Patience

Seconds = Annotated[float, Field(gt=0)]


class WebhookSettings(BaseSettings):
    """Who may register, where deliveries may go, what one may cost, and how patient they are."""

    model_config = SettingsConfigDict(env_prefix="DAYBOOK_WEBHOOK_", frozen=True, extra="ignore")

    keys: Annotated[
        str, Field(description="SHA-256 of each API key, in hexadecimal, comma-separated; needed to register from beyond loopback")
    ] = ""
    keys_file: Annotated[str, Field(description="a file with more of them, one a line; # opens a comment")] = ""
    sealing_keys: Annotated[
        SecretStr,
        Field(description="seal secrets in Postgres: 32 random bytes in base64 each; of several, comma-separated, the first seals"),
    ] = SecretStr("")
    sealing_keys_file: Annotated[str, Field(description="a file with more of them, one a line; # opens a comment")] = ""
    allow_private: Annotated[bool, Field(description="deliver anywhere: not public, unencrypted, any port; for development alone")] = False
    allow_networks: Annotated[Networks, Field(description="networks that are allowed though not public, such as 10.1.0.0/16,fd00::/8")] = ""
    allow_http: Annotated[bool, Field(description="also deliver unencrypted, to http")] = False
    ports: Annotated[Ports, Field(description="ports that addresses may name, comma-separated; `any` for every one")] = "80,443,8443"
    head_bytes: Annotated[int, Field(ge=1024, description="most bytes of an answer's head")] = 16_384
    answer_bytes: Annotated[int, Field(ge=0, description="most bytes of an answer's body that are read; none are kept")] = 16_384
    answer_seconds: Annotated[Seconds, Field(description="longest time for one delivery, from look-up of the name to answer")] = 20.0
    at_once: Annotated[int, Field(ge=1, description="most deliveries of this process under way at a time")] = 32
    endpoint_at_once: Annotated[int, Field(ge=1, description="most deliveries to one address at a time; one while it keeps failing")] = 4
    first_wait_seconds: Annotated[Seconds, Field(description="pause after a first failure; each further one takes it times four")] = 5.0
    longest_wait_seconds: Annotated[Seconds, Field(description="longest such pause, and longest Retry-After that is obeyed")] = 14_400.0
    give_up_hours: Annotated[Seconds, Field(description="a delivery that has failed for so long becomes a dead letter")] = 72.0
    pause_hours: Annotated[Seconds, Field(description="an address at which everything has failed for so long is paused")] = 24.0
    queue: Annotated[int, Field(ge=1, description="most changes that wait for one address; what is beyond stays in the log until then")] = (
        5_000
    )
    most: Annotated[int, Field(ge=1, description="most addresses that are registered at a time")] = 1_000
    kept_hours: Annotated[Seconds, Field(description="how long a delivery is shown after it was made or discarded")] = 24.0
    dead_days: Annotated[Seconds, Field(description="how long a dead letter is kept")] = 30.0
    old_secret_hours: Annotated[float, Field(ge=0, description="how long deliveries are signed with the former secret, too")] = 24.0

    @property
    def unencrypted(self) -> bool:
        """Whether http will do."""
        return self.allow_http or self.allow_private

    @property
    def patience(self) -> Patience:
        """With one delivery."""
        return Patience(self.first_wait_seconds, self.longest_wait_seconds, 3600 * self.give_up_hours)

    @property
    def networks(self) -> tuple[Network, ...]:
        """`allow_networks`, read."""
        return networks_of(self.allow_networks)

    def may_use(self, port: int) -> bool:
        """Whether addresses may name this port."""
        return self.allow_private or is_among(port, self.ports)
