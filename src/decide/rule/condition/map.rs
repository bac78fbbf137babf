//! Members as values of an expression: looked up where they are, and made when they are asked for.

use std::{collections::HashMap, sync::OnceLock};

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer, Iterable, Iterator as Elements, Sizer},
        types::{CelInt, CelMap, CelMapKey, CelString, MAP_TYPE, Type},
        value::{CowVal, Val},
    },
};

use crate::decide::rule::condition::{call, seen::Seen};

static MAP: Type = MAP_TYPE;

/// Something with members, as a map.
#[derive(Debug)]
pub(super) struct Map<'a> {
    seen: Seen<'a>,
    /// The names of the members, once somebody goes through them.
    names: OnceLock<Vec<CelString<'a>>>,
}

impl<'a> Map<'a> {
    pub(super) fn new(seen: Seen<'a>) -> Self {
        Self {
            seen,
            names: OnceLock::new(),
        }
    }

    fn names(&self) -> &[CelString<'a>] {
        self.names
            .get_or_init(|| self.seen.names().into_iter().map(CelString::from).collect())
    }

    fn member(&self, name: &dyn Val) -> Option<Box<dyn Val + 'a>> {
        let name = name.downcast_ref::<CelString<'_>>()?;
        Some(self.seen.member(name.inner())?.into_val())
    }
}

/// A map of values that are there already.
pub(super) fn plain<'a>(members: impl Iterator<Item = (CelString<'a>, Box<dyn Val + 'a>)>) -> CelMap<'a> {
    let members: HashMap<CelMapKey<'a>, Box<dyn Val + 'a>> = members
        .map(|(name, value)| (CelMapKey::String(name), value))
        .collect();
    CelMap::from(members)
}

/// Names nothing: a name may come out of what a customer said.
fn not_there() -> ExecutionError {
    ExecutionError::no_such_key("")
}

impl Val for Map<'_> {
    fn get_type(&self) -> &Type {
        &MAP
    }

    fn cel_type() -> &'static Type {
        &MAP
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        let (Some(sizer), Some(indexer)) = (other.as_sizer(), other.as_indexer()) else {
            return false;
        };
        sizer.size() == self.size()
            && self.names().iter().all(|name| {
                let mine = self.member(name);
                let theirs = indexer.get(name).ok();
                mine.zip(theirs)
                    .is_some_and(|(mine, theirs)| mine.equals(&*theirs))
            })
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(Map::new(self.seen))
    }
}

impl Container for Map<'_> {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.member(value).is_some())
    }
}

impl Sizer for Map<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(call::number(self.names().len()))
    }
}

impl Indexer for Map<'_> {
    fn get<'b, 'v>(&'b self, name: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.member(name).map(CowVal::Owned).ok_or_else(not_there)
    }

    fn steal<'v>(self: Box<Self>, name: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.member(name)
            .map(|member| member as Box<dyn Val + 'v>)
            .ok_or_else(not_there)
    }
}

impl Iterable for Map<'_> {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Elements<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(NamesOf(self.names().iter()))
    }
}

struct NamesOf<'b, 'a>(std::slice::Iter<'b, CelString<'a>>);

impl<'b, 'a: 'v, 'v> Elements<'b, 'v> for NamesOf<'b, 'a> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|name| name as &'b (dyn Val + 'v))
    }
}
