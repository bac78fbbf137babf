//! Who takes a call now.

use super::*;

#[test]
fn an_agent_is_free_who_is_there_and_was_heard_of() {
    let ready = Some(AgentState::Ready);
    for (agent, is_free) in [
        (agent(None, None), true),
        (agent(ready, Some("2026-11-22T10:00:00Z")), true),
        (agent(ready, Some("2026-11-22T09:59:59Z")), false),
        (agent(Some(AgentState::Busy), Some(NOON)), false),
        (agent(Some(AgentState::Away), Some(NOON)), false),
        (agent(None, Some(NOON)), false),
        (
            Agent {
                calls_max: 0,
                ..agent(None, None)
            },
            false,
        ),
        (
            Agent {
                skills: staff(&["sales"]).skills,
                ..agent(None, None)
            },
            false,
        ),
        (
            Agent {
                is_staff: false,
                ..agent(None, None)
            },
            false,
        ),
    ] {
        let desk = Desk { agents: vec![agent] };
        let reason = at_noon(&desk, &[], &ask("order_status")).reason;
        assert_eq!(reason == Reason::AgentFree, is_free, "{desk:?}");
    }
    let closed = Policy {
        hours: Hours {
            until: 12 * 60,
            ..policy().hours
        },
        ..policy()
    };
    let verdict = decided(&closed, &free(), &profile(&[]), &ask("order_status"));
    assert_eq!(verdict.reason, Reason::NobodyFree);
}

#[test]
fn who_speaks_another_language_is_served_by_who_does_where_anybody_does() {
    let speaking = |language: &str| Ask {
        language: Some(language.to_owned()),
        ..ask("order_status")
    };
    let mut desk = free();
    assert_eq!(at_noon(&desk, &[], &speaking("fa")).reason, Reason::AgentFree);
    desk.agents.push(Agent {
        skills: staff(&["fa"]).skills,
        ..agent(None, None)
    });
    assert_eq!(at_noon(&desk, &[], &speaking("FA")).reason, Reason::AgentBusy);
    assert_eq!(at_noon(&desk, &[], &speaking("de")).reason, Reason::AgentFree);
}
