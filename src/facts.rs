//! What the strict mode comes to. The mode is asked for here and by nothing below: the prober, the
//! plan, its backends and its views go by these facts.

use crate::fields::Switch;
use crate::settings::Settings;

/// The facts of a jail that no single mount says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Facts {
    /// Whether nothing can be made beside what is mounted, nor in the jail's own `/run` and `/dev`.
    pub root_read_only: bool,
    /// What the command's environment begins with.
    pub environment: Inheritance,
    /// What the layers of stage two do.
    pub layers: Layers,
    /// Whether the project cannot be changed.
    pub project_read_only: bool,
    /// What of the user's the jail reaches beside the project.
    pub reach: Reach,
    /// Where what the jail writes in the home goes.
    pub home: Writes,
}

/// What an environment begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Inheritance {
    /// The caller's variables.
    Inherited,
    /// Nothing.
    Cleared,
}

/// How much the layers of stage two deny, and what becomes of a run where one is lacking.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layers {
    /// What programs need every day is left, and a layer that cannot be had is reported.
    Usual,
    /// More is denied, and a layer that the kernel has and does not give is fatal.
    Strict,
}

/// What of the user's a jail reaches beside the project.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// What the tables, the switches and the maps name.
    Named,
    /// Nothing: the home is empty, no map applies, and there is nobody to talk to.
    Nothing,
}

/// Where what a jail writes in the home goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Writes {
    /// To the host's home, where the tables allow it.
    ToHost,
    /// To a home of the jails' own, but for the state of the agent that runs.
    ToOwn,
}

impl Facts {
    /// Decides them.
    pub fn of(settings: &Settings) -> Self {
        if settings.is_on(Switch::Lockdown) {
            return Self::LOCKDOWN;
        }
        let own = settings.is_on(Switch::OwnHome);
        Self { home: if own { Writes::ToOwn } else { Writes::ToHost }, ..Self::USUAL }
    }

    const USUAL: Self = Self {
        root_read_only: false,
        environment: Inheritance::Inherited,
        layers: Layers::Usual,
        project_read_only: false,
        reach: Reach::Named,
        home: Writes::ToHost,
    };

    const LOCKDOWN: Self = Self {
        root_read_only: true,
        environment: Inheritance::Cleared,
        layers: Layers::Strict,
        project_read_only: true,
        reach: Reach::Nothing,
        home: Writes::ToHost,
    };

    /// Whether the layers are the strict ones.
    pub fn is_strict(self) -> bool {
        self.layers == Layers::Strict
    }

    /// Whether the home's entries, maps and sockets are out of reach.
    pub fn is_alone(self) -> bool {
        self.reach == Reach::Nothing
    }
}
