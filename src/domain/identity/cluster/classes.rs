//! Which user ids were declared the same. Owns the classes; a class is known by its smallest member.

use std::collections::BTreeMap;

use crate::domain::{
    identifier::IdentifierRules,
    identity::{
        claim::{Anchor, Key},
        cluster::Node,
        word::Word,
    },
};

/// User ids that stand for one customer.
#[derive(Debug, Default)]
pub(super) struct Classes<'a> {
    smallest: BTreeMap<&'a Key, &'a Key>,
}

impl<'a> Classes<'a> {
    /// What the claims of `nodes` declare, stewards, and who is not among the nodes: `same`.
    pub(super) fn of(
        nodes: &'a [Node<'a>],
        words: &'a [&'a Word],
        same: &'a [(Key, Key)],
        rules: &'a IdentifierRules,
    ) -> Self {
        let mut classes = Self::default();
        for (one, other) in same {
            classes.declare_same(one, other);
        }
        for node in nodes {
            // A claim that does not count for both declares nothing.
            if let (Some(former), Anchor::One(user)) = (&node.claim.alias_of, node.claim.anchor(rules))
                && node.keys.contains(former)
                && node.keys.contains(user)
            {
                classes.declare_same(former, user);
            }
        }
        for word in words {
            let mut customers = word.same_customers(rules);
            if let Some(first) = customers.next() {
                customers.for_each(|other| classes.declare_same(first, other));
            }
        }
        classes
    }

    /// By which member the class of `user` is known.
    pub(super) fn class(&self, user: &'a Key) -> &'a Key {
        self.smallest.get(user).copied().unwrap_or(user)
    }

    fn declare_same(&mut self, a: &'a Key, b: &'a Key) {
        let (a, b) = (self.class(a), self.class(b));
        let (small, large) = if a <= b { (a, b) } else { (b, a) };
        self.smallest.insert(small, small);
        self.smallest.insert(large, small);
        for class in self.smallest.values_mut() {
            if *class == large {
                *class = small;
            }
        }
    }
}
