-- An address to which mail came back: receipts and statements of a year are no longer sent there by
-- themselves (src/funding/giver_wish.h). Null: none did.
alter table giver add column failed_at integer;
