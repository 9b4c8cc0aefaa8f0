/** Fields of a message that Telegram Desktop is known to write. Others are kept as well, and counted. */
const known: ReadonlySet<string> = new Set(
  [
    'id type date date_unixtime edited edited_unixtime from from_id actor actor_id action author text text_entities',
    'forwarded_from forwarded_from_id saved_from reply_to_message_id reply_to_peer_id via_bot reactions inline_bot_buttons',
    'photo photo_file_size file file_name file_size thumbnail thumbnail_file_size media_type media_spoiler mime_type width height',
    'duration_seconds sticker_emoji performer title self_destruct_period_seconds ttl_seconds contact_information contact_vcard',
    'contact_vcard_file_size location_information live_location_period_seconds place_name address poll todo_list',
    'game_title game_description game_link game_message_id score invoice_information giveaway_information giveaway_results',
    'paid_media paid_stars_amount story_id story_expires',
    'members inviter message_id discard_reason duration schedule_date period distance to to_id emoticon amount currency',
    'invoice_message_id recurring info_url months cost boosts icon_emoji_id new_title new_icon_emoji_id button_id peers reason_app_name',
    'reason_app_id reason_domain values gift_code boost_peer_id unclaimed via_giveaway stars is_limited is_anonymous gift_text',
    'gift_id winners unclaimed_count',
  ].flatMap((line) => line.split(' ')),
);

/** Whether the field of a message is one that this reader knows. */
export function isKnownField(name: string): boolean {
  return known.has(name);
}
