//! What ai-jail shows: its plan, the files and this machine before or instead of a run, and
//! what a run tells on its way.

pub mod agent;
pub mod agent_links;
pub mod announcement;
pub mod doctor;
pub mod dry_run;
pub mod explain;
pub mod lacking;
pub mod manual;
pub mod not_run;
pub mod output;
pub mod progress;
mod refusals;
pub mod status;
pub mod verbose;
