"""What people do in a trial: click on a request in Slack, and say what became of a mail in doubt."""

from dataclasses import replace
from uuid import UUID

from autobiz_kernel import Json
from autobiz_kernel.approvals import Request, Verdict, decide_from_slack, slack_value
from autobiz_kernel.webhooks import SlackWebhooks
from autobiz_mocks.deliveries import SlackSigner, written
from examples.refunds.refunds import Refunds

from .scene import Scene

SLACK_SECRET = "fake-slack-signing"
TEAM = "TTEST"


async def say_what_became_of_mails(scene: Scene) -> bool:
    """Let a person look at the mailer about each mail in doubt, and say what is true."""
    done, spoken = scene.world.truth().of("sendgrid", "send_mail"), False
    for run_id in await scene.run_ids():
        for key, frame in (await scene.state(run_id)).get("frames", {}).items():
            if frame.get("wait", {}).get("for") != "word":
                continue
            at, given = frame["at"], frame["input"][0]
            assert at.startswith("say_"), f"{at} is in doubt, and nothing but a mail may be"
            word = "denied" if at == "say_no" else "refunded"
            sent = scene.key_of("customer.send_mail", {"intent": f"{word}-{given['refund_id']}"})
            seen: Json = {"message_id": "seen", "is_sandbox": True}
            scene.words += 1
            await scene.processes[-1].refunds.worker.resolve(
                scene.tenant,
                run_id,
                f"{key}/{at}:{frame['visits'][at]}",
                result=seen if sent in {each.key for each in done} else None,
                who="ann",
                number=scene.words,
            )
            spoken = True
    return spoken


async def click(
    scene: Scene,
    refunds: Refunds,
    request: Request,
    verdict: Verdict,
    *,
    user: str = "U0ANN",
    secret: str = SLACK_SECRET,
    tenant: UUID | None = None,
) -> Request:
    """Let somebody click on a button of a request in Slack."""
    action = {
        "action_id": verdict.value,
        "value": slack_value(request),
        "block_id": "b",
        "action_ts": "1",
    }
    body = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": user}, "actions": [action]}
    delivery = SlackSigner(secret).sign(written(body), scene.clock.now(), about={})
    source = SlackWebhooks(secrets=(SLACK_SECRET,), team=TEAM)
    return await decide_from_slack(refunds.desk, tenant or scene.tenant, source, delivery)


def altered(scene: Scene, request: Request) -> Request:
    """The same request as a message shows it that was about other arguments."""
    return replace(request, fingerprint=scene.rng.randbytes(32))
