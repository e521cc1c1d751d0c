-- appeal.h: a deleted comment's address goes with its words; this keyed hash of it stays for the right
alter table appeal_right add column email_hash blob;
create index appeal_right_email on appeal_right (email_hash) where email_hash is not null;
