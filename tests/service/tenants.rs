//! Several tenants in one process, as operators run them and as the owner of one attacks another: nobody sees, changes or
//! stops what is another's.

mod apart;
mod asked;
mod attack;
mod away;
mod befallen;
mod brands;
mod ended;
mod figures;
mod foreign;
mod intruders;
mod lived;
mod looked;
mod operator;
mod paths;
mod person;
mod posting;
mod raw;
mod refused;
