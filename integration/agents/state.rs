//! What an agent remembers is there on its next run, in a jail and outside.

use crate::agents::{Agent, for_each_agent, with_agents};
use crate::harness::Model;

for_each_agent!(goes_on_with_the_last_session);

fn goes_on_with_the_last_session(agent: &Agent) {
    let model = Model::start();
    let world = agent.world(&model);
    let run = |words: Vec<&str>, answer: &str| {
        model.tell([], answer);
        let ended = with_agents(world.jail(words)).run();
        assert_eq!((ended.code(), ended.out().trim()), (0, answer), "{ended}");
        model.heard()
    };
    run(agent.words("The number is 4711."), "Noted.");
    let heard = run(agent.more_words("Which number?"), "You know it.");
    assert!(heard.contains("4711") && heard.contains("Noted."), "{heard}");
    // The control: a new session knows nothing of it.
    let heard = run(agent.words("Which number?"), "Who knows?");
    assert!(heard.contains("Which number") && !heard.contains("4711"), "{heard}");

    // Outside as well: it is the user's own state. There it was last told the third question.
    model.tell([], "Outside.");
    let outside = with_agents(world.outside(agent.more_words("And now?"))).run();
    assert_eq!((outside.code(), outside.out().trim()), (0, "Outside."), "{outside}");
    let heard = model.heard();
    assert!(heard.contains("Who knows?") && heard.contains("And now?"), "{heard}");
}
