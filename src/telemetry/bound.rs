//! Bounds that bite in the engine, as a metric tells them.

/// A bound on what joins, or on what a profile keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// A customer has more claims than count.
    Claims,
    /// More claims hold a value than one may join.
    Holders,
    /// More people hold a value than one of its kind has.
    Subjects,
    /// More people show one aspect than are compared by it.
    BlockFaces,
    /// Likeness connects more claims than any person has, so that more of it is asked for.
    ComponentAtoms,
    /// A text of a trait is longer than a profile keeps.
    TraitLetters,
    /// A profile has as many traits as are kept.
    Traits,
    /// It has as many event types, or channels, as are counted by name.
    Names,
    /// Its cart or its wish list has as many lines as are kept.
    Lines,
    /// It has as many orders as are kept.
    Orders,
    /// It has as many tickets, offers or calls as are kept.
    Matters,
    /// It has as many decisions of consent as are kept.
    Consents,
}

impl Bound {
    /// Every bound.
    pub const ALL: [Self; 12] = [
        Self::Claims,
        Self::Holders,
        Self::Subjects,
        Self::BlockFaces,
        Self::ComponentAtoms,
        Self::TraitLetters,
        Self::Traits,
        Self::Names,
        Self::Lines,
        Self::Orders,
        Self::Matters,
        Self::Consents,
    ];

    /// The label: the key of the configuration, of one that each kind has without the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claims => "identifiers.claims_max",
            Self::Holders => "identifiers.atoms_max",
            Self::Subjects => "identifiers.subjects_max",
            Self::BlockFaces => "identity.block_faces_max",
            Self::ComponentAtoms => "identity.component_atoms_max",
            Self::TraitLetters => "fold.trait_letters_max",
            Self::Traits => "fold.traits_max",
            Self::Names => "fold.names_max",
            Self::Lines => "fold.lines_max",
            Self::Orders => "fold.orders_max",
            Self::Matters => "fold.matters_max",
            Self::Consents => "fold.consents_max",
        }
    }
}
