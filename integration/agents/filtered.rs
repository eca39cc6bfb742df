//! The agents on a filtered network that has no rule but the one for their model.

use crate::agents::{Agent, for_each_agent, with_agents};
use crate::harness::Model;

for_each_agent!(answers_over_its_models_port_alone);

fn answers_over_its_models_port_alone(agent: &Agent) {
    let model = Model::start();
    model.tell([], "forty-two");
    let world = agent.world(&model);
    let url = model.url();
    let port = url.rsplit(':').next().expect("a port");
    let jail = |flags: &[&str]| {
        let words = [flags, &["--"], &agent.words("Answer.")].concat();
        with_agents(world.jail(words)).run()
    };
    let filtered = ["--exec", "--net", "filtered", "--forward-port", port];
    let ended = jail(&filtered);
    assert_eq!((ended.code(), ended.out().trim_end()), (0, "forty-two"), "{ended}");
}
