#define SRTP3_IMPLEMENTATION
#include "include/srtp.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct srtp3_policy
{
	srtp_policy_t v2;
	/* Master key and then master salt, as libsrtp 2 wants them. */
	uint8_t key[SRTP_MAX_KEY_LEN];
};

srtp_err_status_t srtp3_policy_create(srtp3_policy_t* policy)
{
	*policy = calloc(1, sizeof(struct srtp3_policy));

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

void srtp3_policy_destroy(srtp3_policy_t policy)
{
	if (!policy)
	{
		return;
	}

	/* volatile, or the compiler drops it as a write to memory that is freed next. */
	for (volatile uint8_t* byte = policy->key; byte < policy->key + sizeof(policy->key); ++byte)
	{
		*byte = 0;
	}

	free(policy);
}

srtp_err_status_t srtp3_policy_set_ssrc(srtp3_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->v2.ssrc = ssrc;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_profile(srtp3_policy_t policy, srtp_profile_t profile)
{
	const srtp_err_status_t status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->v2.rtp, profile);

	if (status != srtp_err_status_ok)
	{
		return status;
	}

	return srtp_crypto_policy_set_from_profile_for_rtcp(&policy->v2.rtcp, profile);
}

srtp_err_status_t srtp3_policy_add_key(
  srtp3_policy_t policy,
  const uint8_t* key,
  size_t key_len,
  const uint8_t* salt,
  size_t salt_len,
  const uint8_t* mki,
  size_t mki_len)
{
	/* The worker never gives an MKI. */
	if (mki || mki_len || key_len > sizeof(policy->key) || salt_len > sizeof(policy->key) - key_len)
	{
		return srtp_err_status_bad_param;
	}

	memcpy(policy->key, key, key_len);
	memcpy(policy->key + key_len, salt, salt_len);
	policy->v2.key = policy->key;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_allow_repeat_tx(srtp3_policy_t policy, bool allow)
{
	policy->v2.allow_repeat_tx = allow;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_window_size(srtp3_policy_t policy, size_t window_size)
{
	policy->v2.window_size = (unsigned long)window_size;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_create(srtp_t* session, srtp3_policy_t policy)
{
	return srtp_create(session, &policy->v2);
}

srtp_err_status_t srtp3_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

typedef srtp_err_status_t (*srtp2_function)(srtp_t, void*, int*);

/* libsrtp 2 works in place and does not know how large the buffer is: `growth` is what it may add at most. */
static srtp_err_status_t run_in_place(
  srtp2_function function,
  size_t growth,
  srtp_t session,
  const uint8_t* in,
  size_t in_len,
  uint8_t* out,
  size_t* out_len)
{
	if (in_len > INT_MAX - growth || *out_len < in_len + growth)
	{
		return srtp_err_status_buffer_small;
	}

	if (in != out)
	{
		memmove(out, in, in_len);
	}

	int length = (int)in_len;
	const srtp_err_status_t status = function(session, out, &length);

	if (status == srtp_err_status_ok)
	{
		*out_len = (size_t)length;
	}

	return status;
}

srtp_err_status_t srtp3_protect(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index)
{
	if (mki_index != 0)
	{
		return srtp_err_status_bad_mki;
	}

	return run_in_place(srtp_protect, SRTP_MAX_TRAILER_LEN, session, in, in_len, out, out_len);
}

srtp_err_status_t srtp3_unprotect(srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return run_in_place(srtp_unprotect, 0, session, in, in_len, out, out_len);
}

srtp_err_status_t srtp3_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index)
{
	if (mki_index != 0)
	{
		return srtp_err_status_bad_mki;
	}

	/* SRTCP adds its index and E flag too, 4 bytes (RFC 3711, 3.4). */
	return run_in_place(srtp_protect_rtcp, SRTP_MAX_TRAILER_LEN + 4, session, in, in_len, out, out_len);
}

srtp_err_status_t srtp3_unprotect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return run_in_place(srtp_unprotect_rtcp, 0, session, in, in_len, out, out_len);
}
