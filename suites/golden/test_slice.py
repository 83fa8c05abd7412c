import pytest, time
from ..refunds.returns import *
pytestmark=[pytest.mark.asyncio(loop_scope="session"), pytest.mark.priority("P1")]
from autobiz_oracles import expect
async def test_one(open_scene, rng):
    """x"""
    scene=open_scene(draw(rng, Shape.FULL, Exponent.TWO))
    w=await scene.process()
    t=time.perf_counter()
    told=await scene.told(w, scene.delivery(scene.drawn.returns[0]))
    print(told, scene.unstarted)
    await scene.settle(w)
    print(time.perf_counter()-t)
    truth=scene.world.truth()
    print(truth)
    for r in await scene.run_ids():
        rec=await scene.record(r)
        print(rec.termination_reason, (await scene.state(r)))
        print(await scene.replayed(r))
    for s in scene.world.seen(): print(s.method,s.path,s.op,s.effect,s.status)
    expect.value(1).equals(1)
