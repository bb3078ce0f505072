"""Which claim on a setting counts: that of the first layer, unless the policy or a person says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import Deployment
from envlift.layers import LAYERS, Claim, Setting
from envlift.layers.claims import NO_LAYER
from envlift.plan import ANSWERED, IN_CLEAR, Confidence, Layer, target_kind
from envlift.policy import Answer, Policy

VARIABLES = (Layer.SECRET_ENV, *IN_CLEAR)
"""The layers that leave a read of the environment in the code."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A setting with the claim that won, and those of all layers in their order."""

    setting: Setting
    claim: Claim
    claims: tuple[Claim, ...]

    @property
    def runner_up(self) -> Layer | None:
        """The layer that would have been next."""
        others = [claim.layer for claim in self.claims if claim.layer is not self.claim.layer]
        return others[0] if others else None


def settle(setting: Setting, answer: Answer | None, policy: Policy) -> Settled:
    claims = tuple(claim for claim in (layer(setting) for layer in LAYERS) if claim is not None)
    if not policy.allows(claims[0].layer if claims else Layer.LEAVE):
        claims = tuple(_in_place_of(claims[0], claim) for claim in claims if policy.allows(claim.layer))
    claims += (Claim(Layer.LEAVE, NO_LAYER, "no layer fits: move it by hand", Confidence.BY_HAND),)
    first = claims[0]
    if answer is not None:
        if not policy.allows(answer.layer):
            allowed = ", ".join(layer.value for layer in policy.layers)
            message = f"the policy allows no {answer.layer.value}, which {setting.name} is answered with"
            raise EnvliftError(message, f"answer with one of {allowed} or leave; or add it to `layers`", ExitCode.USAGE)
        return Settled(setting, _answered(setting, first, answer), claims)
    if any(policy.forbids(site.path) for site in setting.sites) and first.layer is not Layer.LEAVE:
        never = Claim(Layer.LEAVE, "never-touch", "the policy says to leave this file", Confidence.SURE)
        return Settled(setting, never, claims)
    if policy.keeps_literals and first.layer in IN_CLEAR and _can_keep(setting):
        first = replace(first, confidence=max(first.confidence, Confidence.REVIEW))
    doubts = [*_doubts(setting, first)] if first.layer is not Layer.LEAVE else []
    if doubts and first.confidence is Confidence.SURE:
        first = replace(first, confidence=Confidence.REVIEW, reason="; ".join([first.reason, *doubts]))
    return Settled(setting, first, claims)


def _in_place_of(first: Claim, other: Claim) -> Claim:
    """A claim that the policy allows, where it does not allow the one before it: for a person to look at."""
    reason = f"{other.reason}; the policy allows no {first.layer.value}"
    return replace(other, confidence=min(other.confidence, Confidence.REVIEW), reason=reason)


def _doubts(setting: Setting, claim: Claim) -> Iterator[str]:
    """Why a person should look at what is sure by itself."""
    if setting.unused:
        yield f"nothing imports {setting.unused}"
    if setting.doubt:
        yield setting.doubt
    if setting.templated and claim.layer in IN_CLEAR:
        yield "its value holds `{{ word }}`, which Prefect would replace: keep it in a Secret block or in code"
    if setting.judgement.suspicious and claim.layer in IN_CLEAR:
        yield "its value looks unguessable: is it a secret?"


def _can_keep(setting: Setting) -> bool:
    """Whether each literal can be the default of a read in its place: then an import goes on without the variable."""
    fit = (s.value is not None and not s.compared and not s.in_signature for s in setting.literals)
    return bool(setting.literals) and all(fit)


def _answered(setting: Setting, first: Claim, answer: Answer) -> Claim:
    stuck = setting.keeper or setting.stuck
    if answer.layer is Layer.SECRET and stuck and (setting.literals or first.layer is not Layer.SECRET):
        raise EnvliftError(
            f"{setting.name} cannot become a Secret loaded in code: {stuck}",
            f"answer {setting.name}=secret_env or {setting.name}=leave",
            ExitCode.USAGE,
        )
    signature = next((s for s in setting.literals if s.in_signature), None)
    if signature is not None and answer.layer in VARIABLES:
        raise EnvliftError(
            f"{setting.name} is hardcoded in a signature ({signature.path}:{signature.span.line})",
            f"read it in the function's body first, or answer {setting.name}=leave",
            ExitCode.USAGE,
        )
    if setting.judgement.sensitive and setting.judgement.certain and answer.layer in IN_CLEAR:
        raise EnvliftError(
            f"{setting.name} holds a secret, and {answer.layer.value} would store it in clear",
            f"answer {setting.name}=secret, {setting.name}=secret_env or {setting.name}=leave",
            ExitCode.USAGE,
        )
    reason = "so answered" if answer.layer is not first.layer else f"{first.reason}; confirmed"
    return Claim(answer.layer, ANSWERED, reason, Confidence.SURE)


def taken(setting: Setting, claim: Claim) -> Claim:
    """The claim; by hand, with the reason, where no deployment takes the value that it is to be given."""
    if claim.layer is not Layer.DEPLOYMENT or (setting.source is None and not setting.environments):
        return claim
    lacking = [d for d in setting.deployments if setting.name not in d.env]
    if any(takes(d) for d in lacking) or (setting.deployments and not lacking):
        return claim
    reasons = [f"{d.name or d.path}: {d.trouble or 'it takes no job variables'}" for d in lacking]
    why = "; ".join(dict.fromkeys(reasons)) or "no deployment of its flows is known here"
    return replace(claim, confidence=Confidence.BY_HAND, reason=f"{claim.reason}; nothing takes it: {why}")


def takes(deployment: Deployment) -> bool:
    """Whether a deployment takes job variables, and they can be edited."""
    return not deployment.trouble and target_kind(deployment) is not None
