//! The server that leads the journal goes while another leads what is made of it: the view hears of nobody then, and has to be led
//! anew to go on soon.

use std::time::{Duration, Instant};

use crate::{
    broker::{JOURNAL, OUT},
    cluster::Cluster,
    process::wait_for,
    replicas::{leader_of, step_down, told_of},
    town::Town,
};

/// Servers that go one after the other, at most. One whose journal's leader is elected late enough finds out by itself before.
const LOSSES_MAX: usize = 4;
/// What was said before a server went is here by then.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

impl Town<Cluster> {
    /// Has the journal and a view led by two servers; gives their names.
    fn led_apart(&self, view: &str) -> (String, String) {
        wait_for("two servers to lead", || {
            let journal = leader_of(&self.broker, JOURNAL)?;
            let other = leader_of(&self.broker, view)?;
            if journal != other {
                return Some((journal, other));
            }
            step_down(&self.broker, view);
            None
        })
    }

    /// Whether another than `before` comes to lead a view, whose journal's leader went at `lost`, before it hears of the journal again.
    fn is_led_anew(&self, view: &str, before: &str, lost: Instant) -> bool {
        wait_for("another to lead the view, or the view to go on", || {
            let info = told_of(&self.broker, view)?;
            let leader = info.cluster?.leader?;
            if leader != before {
                return Some(true);
            }
            let heard = info.sources.first()?.active?;
            (heard + ON_ITS_WAY < lost.elapsed()).then_some(false)
        })
    }
}

#[test]
fn a_view_is_led_anew_where_the_server_that_led_the_journal_goes() {
    let mut town = Town::of_three(false);
    let (mut events, mut is_led_anew) = (vec![town.see("before")], false);
    for loss in 0..LOSSES_MAX {
        let (led, view) = town.led_apart(OUT);
        let lost = Instant::now();
        town.servers.kill(&led);
        // Servers do not have another one lead while the leader is there.
        is_led_anew = town.is_led_anew(OUT, &view, lost);
        events.push(town.see(&format!("loss-{loss}")));
        town.restart_server(&led);
        town.owner();
        if is_led_anew {
            break;
        }
    }
    assert!(is_led_anew, "nobody had it led anew");
    town.check(&events);
}
