//! The server that leads the journal goes while another leads what is made of it: the view hears of nobody then, and has to be led
//! anew to go on soon.

use crate::{
    broker::{JOURNAL, OUT, PROFILES},
    cluster::Cluster,
    process::wait_for,
    replicas::{leader_of, step_down},
    town::Town,
};

impl Town<Cluster> {
    /// Has another server than `led` lead a stream; gives its name.
    fn led_elsewhere(&self, stream: &str, led: &str) -> String {
        wait_for("another server to lead", || {
            let leader = leader_of(&self.broker, stream)?;
            if leader != led {
                return Some(leader);
            }
            step_down(&self.broker, stream);
            None
        })
    }
}

#[test]
fn views_are_led_anew_where_the_server_that_led_the_journal_goes() {
    let mut town = Town::of_three(false);
    let mut events = vec![town.see("before")];
    let led = wait_for("a leader", || leader_of(&town.broker, JOURNAL));
    let views = [OUT.to_owned(), format!("KV_{PROFILES}")];
    let leaders = views
        .each_ref()
        .map(|view| (view, town.led_elsewhere(view, &led)));
    town.servers.kill(&led);
    for (view, before) in &leaders {
        // Servers do not have another one lead by themselves while the leader is there.
        wait_for(&format!("another leader of {view}"), || {
            leader_of(&town.broker, view).filter(|leader| leader != before)
        });
    }
    events.push(town.see("meanwhile"));
    town.restart_server(&led);
    town.owner();
    town.check(&events);
}
