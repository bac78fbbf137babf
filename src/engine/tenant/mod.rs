//! What events say of the tenant and not of a customer.

mod agents;
