//! Which cell is added where.

use super::*;
use crate::decide::experience::mean::many;

fn cell(day: u32, measure: Measure, channel: &str, team: &str) -> Cell {
    Cell {
        day,
        measure,
        spot: Spot::default(),
        segment: String::new(),
        channel: channel.to_owned(),
        team: team.to_owned(),
    }
}

fn spot(stage: &str, touchpoint: &str) -> Spot {
    Spot {
        journey: "purchase".to_owned(),
        stage: stage.to_owned(),
        touchpoint: touchpoint.to_owned(),
    }
}

#[test]
fn what_is_counted_once_more_by_place_or_segment_is_not_added_twice() {
    let mut table = Table::default();
    let contact = |day, channel, team| cell(day, Measure::Contact, channel, team);
    table.add(&contact(1, "store", "care"), many(0, 2));
    table.add(&contact(2, "web", "care"), many(0, 3));
    for segment in ["champions", "lapsed"] {
        let segment = segment.to_owned();
        let cell = contact(1, "store", "care");
        table.add(&Cell { segment, ..cell }, Sums::ONE);
    }
    for touchpoint in ["call", "chat"] {
        let spot = spot("ask", touchpoint);
        let cell = contact(1, "store", "care");
        table.add(&Cell { spot, ..cell }, Sums::ONE);
    }
    let count = |totals: &Totals| totals.count(&Measure::Contact);
    assert_eq!((count(&table.total), count(&table.teams["care"])), (5, 5));
    assert_eq!(
        (count(&table.channels["store"]), count(&table.channels["web"])),
        (2, 3)
    );
    assert_eq!((count(&table.days[&1]), count(&table.days[&2])), (2, 3));
    assert_eq!((count(&table.segments["lapsed"]), table.segments.len()), (1, 2));
    assert_eq!(count(&table.spots[&spot("ask", "chat")]), 1);
    assert_eq!(count(&table.stage("purchase", "ask")), 2);
    assert_eq!(count(&table.stage("purchase", "buy")), 0);
}

#[test]
fn who_did_nothing_for_too_long_is_lost() {
    let mut table = Table::default();
    for (day, people) in [(69, 1), (70, 2), (92, 4), (93, 8), (100, 16)] {
        let spot = spot("buy", "");
        let cell = cell(day, Measure::At, "", "");
        table.add(&Cell { spot, ..cell }, many(0, people));
    }
    let standing = |within, window| table.standing(&spot("buy", ""), within, window);
    // The end of the 93rd lies seven days before that of the 100th.
    assert_eq!(
        standing(7, (70, 100)),
        Standing {
            lost: 15,
            waiting: 16
        }
    );
    assert_eq!(standing(8, (70, 100)), Standing { lost: 7, waiting: 24 });
    // Who may go on is told of although they were seen before the window, who is lost where they became that in it.
    assert_eq!(standing(30, (95, 100)), Standing { lost: 3, waiting: 28 });
    assert_eq!(
        table.standing(&spot("pay", ""), 7, (70, 100)),
        Standing::default()
    );
    assert_eq!(table.total, Totals::default());
    assert!(table.spots.is_empty());
}

#[test]
fn of_many_names_those_stay_of_which_most_was_counted() {
    let mut table = Table::default();
    for number in 0..1_200_i64 {
        let count = if number < 1_000 { 1 } else { 2 };
        let team = format!("team-{number:04}");
        table.add(&cell(1, Measure::Contact, OTHER, &team), many(0, count));
    }
    table.add(&cell(1, Measure::Contact, OTHER, OTHER), many(0, 5));
    let table = table.bounded();
    let count = |name: &str| table.teams[name].count(&Measure::Contact);
    assert_eq!(table.teams.len(), GROUPS_MAX + 1);
    assert_eq!((count("team-1199"), count(OTHER)), (2, 205));
    assert!(table.teams.contains_key("team-0799") && !table.teams.contains_key("team-0800"));
    assert_eq!(table.channels[OTHER].count(&Measure::Contact), 1_405);
}
