-- event_name_problem() with the shipped vocabulary: which names are events, what is wrong with the others, and the mended name.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();

SELECT is(lifecycle.event_name_problem('user_status'),
  'event_name.state at /event_name: "user_status" names a state, not an action (rule #action); use "user_status_changed"', 'the whole text');
SELECT is(lifecycle.event_name_problem('premium_user'), 'event_name.adjective at /event_name: "premium_user" describes by "premium" and names no action (rule #action)',
  'no mend where none is known');
SELECT is(lifecycle.event_name_problem('is_active_user'),
  'event_name.flag at /event_name: "is_active_user" is a flag, not an action (rule <auxiliary>_+); use "user_activated"', 'the rule is named');
SELECT is(lifecycle.event_name_problem(NULL), 'event_name.missing at /event_name: the mandatory field event_name is missing', 'null is missing, not right');
SELECT is(lifecycle.event_name_problem(''), 'event_name.empty at /event_name: the event_name is empty', 'empty');
SELECT is(split_part(lifecycle.event_name_problem(repeat('a', 5000)), ' at ', 1), 'event_name.too_long', 'too long');
SELECT is(lifecycle.event_name_problem(name), NULL, 'right: ' || name) FROM string_to_table(
  'account_added_user account_removed_user trial_started trial_ended invite_sent signed_up signed_in signed_out user_logged_out application_installed '
  'application_opened application_backgrounded application_uninstalled application_crashed deep_link_opened products_searched product_list_viewed '
  'product_list_filtered product_added product_removed cart_viewed checkout_started checkout_step_viewed checkout_step_completed payment_info_entered '
  'order_completed order_updated order_refunded order_cancelled order_canceled coupon_entered coupon_applied coupon_denied product_added_to_wishlist '
  'wishlist_product_added_to_cart product_reviewed video_playback_started video_playback_paused video_playback_interrupted video_playback_buffer_started '
  'video_playback_buffer_completed video_playback_seek_started video_playback_completed video_content_started video_ad_started video_ad_completed '
  'video_quality_updated email_bounced email_delivered email_link_clicked email_marked_as_spam unsubscribed push_notification_bounced '
  'push_notification_tapped live_chat_conversation_started live_chat_message_received experiment_viewed message_soft_bounced message_rejected '
  'recipient_unsubscribed user_invited_to_team item_added_to_cart password_reset password_reset_requested email_verified email_address_changed '
  'profile_updated avatar_uploaded file_downloaded report_exported subscription_renewed subscription_upgraded subscription_cancelled plan_downgraded '
  'invoice_paid invoice_voided payment_failed payment_succeeded card_declined refund_issued user_created_project user_viewed_page customer_placed_order '
  'admin_deleted_user user_joined_team member_left_workspace agent_closed_ticket user_opted_in user_opted_out user_checked_in order_shipped '
  'order_delivered parcel_lost goal_met deal_won deal_lost contract_signed document_signed meeting_held call_made call_missed message_read note_written '
  'comment_posted post_liked link_shared device_switched_off light_turned_on alarm_went_off game_begun race_won level_completed achievement_unlocked '
  'item_bought item_sold stock_ran_out book_lent book_borrowed money_spent points_earned points_redeemed balance_topped_up account_topped_up photo_taken '
  'song_sung course_taught lesson_learned tree_grown ticket_bought seat_chosen flight_flown car_driven bike_ridden window_broken bread_eaten '
  'test_run_finished data_lost ship_sunk bell_rung user_status_changed login_count_reset score_updated rank_changed daily_report_sent '
  'weekly_digest_opened monthly_invoice_paid new_user_created free_trial_started premium_plan_purchased active_session_ended first_order_placed '
  'last_step_completed total_recalculated rate_limit_exceeded max_retries_reached user_upgraded_to_premium user_moved_to_segment lead_assigned_to_owner '
  'order_paid_with_card user_logged_in_with_google file_saved_to_disk message_sent_via_sms user_signed_up_successfully user_signed_up_again '
  'email_sent_twice form_submitted_by_guest page_viewed_in_app feature_flag_enabled feature_toggled workflow_triggered job_scheduled job_queued '
  'task_assigned task_completed ticket_escalated webhook_received api_key_rotated token_revoked session_expired cache_cleared backup_restored '
  'server_rebooted build_failed deploy_rolled_back pr_merged branch_deleted commit_pushed onboarding_completed tutorial_skipped survey_answered '
  'survey_dismissed nps_submitted feedback_given review_written question_asked answer_accepted consent_given consent_withdrawn cookie_consent_granted '
  'terms_accepted gdpr_request_received data_exported account_deleted account_suspended account_reactivated account_locked account_unlocked user_banned '
  'user_blocked user_unfollowed payment_method_added card_added address_changed phone_number_verified two_factor_enabled mfa_disabled bid_placed '
  'offer_accepted loan_approved loan_repaid claim_filed policy_issued quote_requested appointment_booked appointment_rescheduled room_booked '
  'guest_checked_in car_rented trip_began driver_arrived ride_cancelled oauth2_connected step_2_completed s3_upload_failed v2_enabled http_request_sent '
  'price_set order_put_on_hold class_cancelled content_embedded media_broadcast article_read offer_bid ad_seen ad_shown ad_hidden email_forwarded '
  'call_forwarded user_retained agreement_agreed slot_freed loan_guaranteed match_refereed cart_abandoned checkout_abandoned search_performed '
  'search_refined filter_applied results_sorted notification_dismissed notification_snoozed banner_shown modal_closed button_pressed tab_switched '
  'screen_rotated member_upgraded_plan user_reset_password user_set_up_account user_turned_off_notifications user_filled_out_form user_clicked_button '
  'user_watched_video user_added_item_to_cart user_sent_message customer_left_review user_verified_email rewritten_article_published user_unsubscribed '
  'user_uninstalled_app item_unarchived lunch_eaten user_woke_up key_hidden story_told secret_kept bug_found bug_fixed money_lent money_withdrawn '
  'candidate_chosen candidate_hired employee_onboarded employee_terminated ticket_resold invoice_resent order_rebuilt policy_overridden payment_withheld '
  'license_upheld report_redone change_undone record_synced record_upserted rows_deduped photo_photoshopped prompt_submitted completion_generated '
  'message_streamed model_trained embedding_computed', ' ') name;

SELECT is(lifecycle.event_name_problem(name), NULL, 'right in other trades: ' || name) FROM string_to_table(
  'user_registered user_deactivated session_timed_out cart_updated cart_emptied wishlist_shared gift_card_redeemed voucher_applied refund_requested '
  'refund_processed chargeback_received dispute_opened dispute_resolved shipment_dispatched shipment_delayed package_delivered delivery_attempted '
  'return_initiated return_completed inventory_restocked stock_depleted price_updated price_dropped product_favorited product_unfavorited review_posted '
  'review_reported rating_given newsletter_subscribed newsletter_unsubscribed campaign_launched ad_served ad_skipped link_followed qr_code_scanned '
  'store_visited receipt_uploaded song_played playlist_created track_skipped podcast_downloaded episode_finished movie_rented stream_started stream_ended '
  'lesson_started quiz_submitted exam_passed exam_failed certificate_earned course_enrolled assignment_graded workout_logged goal_set goal_reached '
  'badge_unlocked streak_broken level_reached boss_defeated match_won match_lost player_joined player_kicked quest_accepted loot_collected '
  'appointment_cancelled prescription_filled claim_submitted claim_denied patient_admitted patient_discharged vaccine_administered account_opened '
  'account_closed transfer_initiated transfer_completed deposit_made withdrawal_made loan_disbursed payment_scheduled card_frozen card_unfrozen '
  'pin_changed statement_generated kyc_completed kyc_rejected fraud_reported ticket_created ticket_assigned ticket_reopened chat_started chat_ended '
  'agent_assigned call_recorded voicemail_left sla_breached deployment_started deployment_succeeded incident_triggered incident_acknowledged alert_fired '
  'alert_muted build_queued test_passed test_failed container_restarted node_added disk_filled certificate_renewed secret_rotated document_shared '
  'folder_moved file_renamed comment_resolved mention_added workspace_created member_invited member_removed role_changed permission_granted '
  'permission_revoked integration_connected integration_disconnected webhook_registered api_called query_executed dashboard_shared chart_exported '
  'trip_requested trip_accepted ride_started ride_ended driver_rated tip_added route_changed user_agreed_to_terms user_opted_out_of_marketing '
  'user_switched_to_dark_mode user_scrolled_to_bottom user_shared_post_on_twitter user_returned_to_app order_shipped_to_customer email_sent_to_user '
  'message_received_from_support task_moved_to_done app_installed app_launched app_updated app_closed push_received push_dismissed notification_clicked '
  'location_shared photo_uploaded camera_opened lead_captured lead_qualified opportunity_created deal_closed quote_sent proposal_viewed contract_renewed '
  'contract_terminated seat_added seat_removed license_assigned feature_requested bug_reported feedback_submitted survey_completed poll_voted water_drunk '
  'tree_planted house_sold car_parked door_opened sensor_triggered temperature_recorded machine_stopped robot_charged article_bookmarked page_scrolled '
  'button_hovered field_focused form_abandoned error_shown error_occurred exception_thrown crash_reported timeout_reached retry_attempted vote_cast '
  'ballot_counted petition_signed donation_made team_member_added sub_account_created two_step_verification_enabled single_sign_on_configured '
  'user_onboarding_completed email_opt_in_confirmed double_opt_in_confirmed user_created_via_api invoice_auto_generated record_bulk_deleted '
  'prompt_rejected answer_regenerated token_minted nft_bought wallet_connected transaction_signed block_mined order_fulfilled order_partially_refunded '
  'payment_authorised payment_authorized payment_captured subscription_paused subscription_resumed subscription_reactivated trial_extended '
  'trial_converted addon_purchased note_pinned tab_opened tab_closed shortcut_used search_cleared item_hidden item_swapped column_sorted row_inserted', ' ') name;

-- Wrong ones by code, with their mends.
CREATE FUNCTION pg_temp.verdict(name text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws('=', name, substring(p FROM '; use "(.*)"$')) || ' ' || split_part(p, ' at ', 1) FROM lifecycle.event_name_problem(name) p WHERE p IS NOT NULL
$$;
SELECT is(pg_temp.verdict(split_part(expected, '=', 1)), expected || ' event_name.' || code, code || ': ' || expected)
FROM (VALUES
  ('flag', 'is_premium is_verified=user_verified has_signed_up=user_signed_up has_purchased=user_purchased user_is_active=user_activated '
    'user_was_created=user_created was_invited=user_invited can_edit=user_edited should_retry=user_retried will_renew=user_renewed '
    'did_login=user_logged_in user_has_account are_users_active=user_activated'),
  ('state', 'user_state=user_state_changed account_status=account_status_changed subscription_status=subscription_status_changed '
    'order_state=order_state_changed payment_state=payment_state_changed user_role=user_role_changed user_segment=user_segment_changed user_type '
    'lifecycle_stage=lifecycle_stage_changed user_level=user_level_changed plan_tier=plan_tier_changed user_activity '
    'user_profile=user_profile_changed session_info unpaid_invoice unverified_email video_progress=video_progress_changed last_seen=user_seen '
    'user_last_seen last_updated=user_updated created_at=user_created user_created_at=user_created updated_at=user_updated '
    'signed_up_at=user_signed_up first_name user_id plan_type event_name timestamp user_not_verified email_not_delivered email_unverified '
    'order_unpaid message_unread user_never_logged_in user_selected_plan_type=user_selected_plan premium '
    'user_signup_flag=user_signup_flag_changed email_verified_flag=email_verified user_churned_status=user_churned '
    'account_closed_reason=account_closed user_paid_tier=user_paid'),
  ('adjective', 'active_users=user_activated active_user=user_activated inactive_user=user_deactivated premium_customer new_user=user_created '
    'paid_user=user_paid returning_visitor=visitor_returned vip_customer churned_customer=customer_churned registered_user=user_registered '
    'verified_account=account_verified suspended_accounts=account_suspended completed_order=order_completed abandoned_cart=cart_abandoned '
    'failed_login=login_failed logged_in_user=user_logged_in signed_up_users=user_signed_up expired_subscription=subscription_expired '
    'deleted_items=items_deleted cancelled_order=order_cancelled recently_churned_user=user_recently_churned '
    'newly_created_project=project_newly_created pending_invoice upgraded_account=account_upgraded saved_search=search_saved '
    'email_verified_user=user_email_verified trial_expired_account=account_trial_expired locked_out_user=user_locked_out '
    'mobile_logged_in_users=user_mobile_logged_in cleaned_email=email_cleaned offline_message=offline_message_sent last_login=user_logged_in '
    'preferred_language user_preferred_language predicted_churn=predicted_churned free_trial=free_trial_started'),
  ('count', 'daily_active_users=user_activated monthly_active_users=user_activated dau mau login_count=user_logged_in number_of_logins=user_logged_in '
    'total_orders=order_placed total_orders_placed=order_placed num_sessions=session_started avg_order_value=order_placed '
    'average_session_length=session_started session_duration=session_started weekly_logins=user_logged_in event_count '
    'purchase_total=user_purchased conversion_rate=user_converted bounce_rate=user_bounced click_through_rate=user_clicked_through '
    'churn_rate=user_churned retention_rate churn_score=user_churned engagement_score=user_engaged lifetime_value emails_sent_per_day=emails_sent '
    'orders_placed_in_last_30_days sessions_7d customer_estimated_value=customer_estimated churn_probability=user_churned '
    'user_deleted_count=user_deleted'),
  ('tense', 'page_views=page_viewed pageviews=page_viewed login=user_logged_in signup=user_signed_up sign_up=user_signed_up log_in=user_logged_in '
    'purchase=user_purchased checkout=user_checked_out view_item=item_viewed add_to_cart=added_to_cart begin_checkout=checkout_began '
    'add_payment_info=payment_info_added first_open=first_opened session_start=session_started screen_view=screen_viewed page_view=page_viewed '
    'app_remove=app_removed user_engagement=user_engaged in_app_purchase=in_app_purchased ad_click=ad_clicked ad_impression=ad_viewed '
    'select_content=content_selected share=user_shared search=user_searched tutorial_begin=tutorial_began tutorial_complete=tutorial_completed '
    'level_up=user_leveled_up level_start=level_started unlock_achievement=achievement_unlocked spend_virtual_currency=virtual_currency_spent '
    'generate_lead=lead_generated join_group=group_joined app_update=app_updated app_exception=app_failed os_update=os_updated '
    'notification_open=notification_opened notification_dismiss=notification_dismissed scroll=user_scrolled file_download=file_downloaded '
    'form_submit=form_submitted form_start=form_started video_start=video_started click=user_clicked view_search_results=search_results_viewed '
    'remove_from_cart=removed_from_cart refund=user_refunded link_click=link_clicked submit_form=form_submitted focus_form '
    'change_form=form_changed page_ping=page_pinged application_error=application_failed button_click=button_clicked email_open=email_opened '
    'email_bounce=email_bounced email_send=email_sent push_open=push_opened sms_bounce=sms_bounced incident_assign=incident_assigned '
    'status_change=status_changed email_address_change=email_address_changed profile_update=profile_updated subscribe=user_subscribed '
    'unsubscribe=user_unsubscribed call_complete=call_completed form_post=form_posted transcript user_signing_up=user_signed_up '
    'project_creating=project_created video_playing=video_played uploading=user_uploaded creating_project=project_created '
    'user_creates_project=user_created_project user_logs_in=user_logged_in users_login=users_logged_in user_sends_message=user_sent_message user '
    'up user_need page_speed video_embed=video_embedded data_feed server_bed news_feed account_based user_talented '
    'unlimited_plan naked_user hundred indeed wicked_user user_churn=user_churned data_set price_cut '
    'screen_shot skill_set user_lead sales_lead trial=trial_started subscription=subscription_started project order=order_placed product the_user '
    'a foo_bar hello_world xyz test=user_tested set_price=price_set reset_password=password_reset cut_budget put_item=item_put '
    'read_article=article_read signedup=user_signed_up loggedin=user_logged_in registration=user_registered user_registration=user_registered '
    'payment=user_paid payment_failure=payment_failed login_failure=login_failed checkout_error=checkout_failed email_delivery=email_delivered '
    'order_cancellation=order_canceled'),
  ('logic', 'power_user churn_risk=user_churned user_churn_risk=user_churned high_value_customer high_value_user_signed_up user_at_risk '
    'power_user_signed_up'),
  ('case', 'user.signup=user_signed_up transaction.purchase_complete=transaction_purchase_completed user-signed-up=user_signed_up '
    'UserSignedUp=user_signed_up userSignedUp=user_signed_up USER_SIGNED_UP=user_signed_up user__signed_up=user_signed_up '
    'user_signed_up_=user_signed_up _signed_up=user_signed_up 1_user_created=user_created $pageview=page_viewed $identify=user_identified '
    'User_Created=user_created user_Created=user_created user/created=user_created user:created=user_created'),
  ('spelling', 'user_sended=user_sent invoice_payed=invoice_paid order_buyed=order_bought letter_writed=letter_written trial_beginned=trial_began '
    'project_createed=project_created profile_updateed=profile_updated request_tryed=request_tried item_applyed=item_applied '
    'file_copyed=file_copied user_stoped=user_stopped item_droped=item_dropped order_shiped=order_shipped form_submited=form_submitted '
    'user_loged_in=user_logged_in')) v (code, names), string_to_table(names, ' ') expected;

SELECT is(pg_temp.verdict(split_part(expected, '=', 1)), expected || ' event_name.logic', 'logic: ' || expected) FROM string_to_table(
  'user_signed_up_v2=user_signed_up page_viewed_404=page_viewed active_user_logged_in=user_logged_in churned_user_returned=user_returned vip_customer_order_placed=customer_order_placed', ' ') expected;

-- What is proposed is right, and so is what was proposed for it.
SELECT is_empty($$SELECT 1 FROM lifecycle.event_verbs, lifecycle.event_name_problem(base || '_user') p, substring(p FROM '; use "(.*)"$') mended
  WHERE lifecycle.event_name_problem(mended) IS NOT NULL AND mended IS NOT NULL$$, 'mends of every verb as an order are right');

-- The vocabulary itself.
SELECT is_empty($$SELECT past FROM lifecycle.event_verbs WHERE kind <> 'none' AND lifecycle.event_name_problem('thing_' || past) IS NOT NULL$$,
  'every past form is one, behind a noun');
SELECT is_empty($$SELECT past FROM lifecycle.event_verbs WHERE kind = 'none' AND lifecycle.event_name_problem('some_' || past) IS NULL$$, 'and what is none, is none');
SELECT is_empty($$SELECT base FROM lifecycle.event_verbs GROUP BY base, kind HAVING kind = 'past' AND count(*) FILTER (WHERE proposed) <> 1$$,
  'one form of each verb is proposed');
SELECT is_empty($$SELECT becomes FROM lifecycle.event_words WHERE becomes IS NOT NULL AND lifecycle.event_name_problem('thing_' || becomes) IS NOT NULL$$,
  'what words become are actions');
SELECT is_empty($$SELECT word FROM lifecycle.event_words WHERE origin = 'shipped' AND class NOT IN ('auxiliary', 'state', 'attribute', 'metric', 'period', 'time_units', 'person', 'actor',
  'standing', 'adjective', 'action_noun', 'particle', 'preposition', 'adverb', 'noun', 'descriptive', 'negative_prefix', 'verb_prefix')$$, 'no class is misspelled');
SELECT is_empty($$SELECT pattern, class FROM lifecycle.event_rules, regexp_matches(pattern, '<([a-z_]+)>', 'g') m (class)
  WHERE class[1] NOT IN ('past', 'number', 'window', 'version') AND NOT EXISTS (SELECT FROM lifecycle.event_words w WHERE w.class = m.class[1])$$, 'nor in a pattern');
SELECT * FROM finish();
ROLLBACK;
